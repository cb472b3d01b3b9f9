// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Judge of promises of batches that L1 did not execute. */
export const brokenPromisesAbi = [
  {"anonymous":false,"inputs":[{"indexed":true,"name":"blockNumber","type":"uint256"},{"indexed":false,"name":"blockHash","type":"bytes32"}],"name":"BlockNoted","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"fromChain","type":"uint256"},{"indexed":true,"name":"toChain","type":"uint256"},{"indexed":true,"name":"signer","type":"address"},{"indexed":false,"name":"batchNumber","type":"uint256"},{"indexed":false,"name":"id","type":"bytes32"},{"indexed":false,"name":"reporter","type":"address"}],"name":"PromiseBroken","type":"event"},
  {"inputs":[],"name":"factory","outputs":[{"name":"","type":"address"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"longestPromise","outputs":[{"name":"","type":"uint48"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"blockNumber","type":"uint256"}],"name":"noteBlock","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"blockNumber","type":"uint256"}],"name":"notedHash","outputs":[{"name":"","type":"bytes32"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"registry","type":"address"},{"components":[{"name":"fromChain","type":"uint256"},{"name":"epoch","type":"uint64"},{"name":"stakedNumber","type":"uint256"}],"name":"facts","type":"tuple"},{"components":[{"name":"toChain","type":"uint256"},{"name":"batchNumber","type":"uint64"},{"name":"logRoot","type":"bytes32"},{"name":"protocolVersion","type":"uint256"},{"name":"stakedAt","type":"uint48"},{"name":"stakedBlock","type":"bytes32"},{"name":"landsBy","type":"uint48"},{"name":"payee","type":"address"}],"name":"promised","type":"tuple"},{"name":"signature","type":"bytes"}],"name":"report","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[],"name":"settings","outputs":[{"name":"","type":"address"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"data","type":"bytes"}],"name":"window","outputs":[{"name":"","type":"uint48"}],"stateMutability":"view","type":"function"},
] as const;
