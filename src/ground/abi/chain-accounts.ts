// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Calls that senders on chains make where their chains settle. */
export const chainAccountsAbi = [
  {"anonymous":false,"inputs":[{"indexed":true,"name":"chainId","type":"uint256"},{"indexed":true,"name":"sender","type":"address"},{"indexed":false,"name":"account","type":"address"}],"name":"AccountOpened","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"account","type":"address"},{"indexed":true,"name":"batchNumber","type":"uint256"},{"indexed":true,"name":"index","type":"uint256"}],"name":"CallCanceled","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"account","type":"address"},{"indexed":true,"name":"batchNumber","type":"uint256"},{"indexed":true,"name":"index","type":"uint256"},{"indexed":false,"name":"messageHash","type":"bytes32"}],"name":"CallExecuted","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"account","type":"address"},{"indexed":true,"name":"to","type":"address"},{"indexed":false,"name":"value","type":"uint256"}],"name":"OwnCallExecuted","type":"event"},
  {"inputs":[{"name":"chainId","type":"uint256"},{"name":"sender","type":"address"}],"name":"accountOf","outputs":[{"name":"account","type":"address"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"batchNumber","type":"uint256"},{"name":"index","type":"uint256"}],"name":"cancel","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"},{"name":"batchNumber","type":"uint256"},{"name":"index","type":"uint256"},{"components":[{"name":"txNumberInBatch","type":"uint16"},{"name":"sender","type":"address"},{"name":"data","type":"bytes"}],"name":"message","type":"tuple"},{"name":"proof","type":"bytes32[]"}],"name":"execute","outputs":[{"name":"result","type":"bytes"}],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"},{"name":"to","type":"address"},{"name":"value","type":"uint256"},{"name":"data","type":"bytes"}],"name":"executeAfterExit","outputs":[{"name":"result","type":"bytes"}],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"account","type":"address"},{"name":"batchNumber","type":"uint256"},{"name":"index","type":"uint256"}],"name":"isClosed","outputs":[{"name":"","type":"bool"}],"stateMutability":"view","type":"function"},
] as const;
