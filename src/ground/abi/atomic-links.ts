// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Calls between two chains that both send and receive, or neither. */
export const atomicLinksAbi = [
  {"inputs":[{"name":"id","type":"bytes32"}],"name":"LinkAlreadyReceived","type":"error"},
  {"inputs":[{"name":"expires","type":"uint256"},{"name":"actual","type":"uint256"}],"name":"LinkExpired","type":"error"},
  {"inputs":[{"name":"toChain","type":"uint256"},{"name":"chainId","type":"uint256"}],"name":"LinkMisdirected","type":"error"},
  {"inputs":[{"name":"id","type":"bytes32"},{"name":"chainId","type":"uint256"},{"name":"batchNumber","type":"uint256"}],"name":"LinkNotProven","type":"error"},
  {"inputs":[{"name":"recipient","type":"address"}],"name":"LinkRecipientWithoutCode","type":"error"},
  {"inputs":[{"name":"id","type":"bytes32"}],"name":"LinkUnconfirmed","type":"error"},
  {"inputs":[{"name":"id","type":"bytes32"},{"name":"chainId","type":"uint256"},{"name":"batchNumber","type":"uint256"}],"name":"ReceiptNotProven","type":"error"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"id","type":"bytes32"},{"indexed":true,"name":"chainId","type":"uint256"},{"indexed":true,"name":"batchNumber","type":"uint256"}],"name":"LinkConfirmed","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"id","type":"bytes32"},{"indexed":true,"name":"fromChain","type":"uint256"},{"indexed":true,"name":"sender","type":"address"},{"indexed":false,"name":"recipient","type":"address"}],"name":"LinkReceived","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"id","type":"bytes32"},{"indexed":true,"name":"toChain","type":"uint256"},{"indexed":true,"name":"sender","type":"address"},{"components":[{"name":"fromChain","type":"uint256"},{"name":"toChain","type":"uint256"},{"name":"sender","type":"address"},{"name":"nonce","type":"uint64"},{"name":"recipient","type":"address"},{"name":"expires","type":"uint64"},{"name":"data","type":"bytes"}],"indexed":false,"name":"link","type":"tuple"}],"name":"LinkSent","type":"event"},
  {"inputs":[{"name":"id","type":"bytes32"},{"name":"chainId","type":"uint256"},{"name":"batchNumber","type":"uint256"},{"name":"index","type":"uint256"},{"name":"siblings","type":"bytes32[]"}],"name":"confirm","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"id","type":"bytes32"},{"name":"chainId","type":"uint256"}],"name":"isConfirmed","outputs":[{"name":"","type":"bool"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"id","type":"bytes32"}],"name":"isReceived","outputs":[{"name":"","type":"bool"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"sender","type":"address"}],"name":"nonceOf","outputs":[{"name":"","type":"uint64"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"components":[{"name":"fromChain","type":"uint256"},{"name":"toChain","type":"uint256"},{"name":"sender","type":"address"},{"name":"nonce","type":"uint64"},{"name":"recipient","type":"address"},{"name":"expires","type":"uint64"},{"name":"data","type":"bytes"}],"name":"link","type":"tuple"},{"name":"batchNumber","type":"uint256"},{"name":"index","type":"uint256"},{"name":"proof","type":"bytes32[]"}],"name":"receiveLink","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"toChain","type":"uint256"},{"name":"recipient","type":"address"},{"name":"data","type":"bytes"},{"name":"expires","type":"uint64"}],"name":"send","outputs":[{"name":"id","type":"bytes32"}],"stateMutability":"nonpayable","type":"function"},
] as const;
