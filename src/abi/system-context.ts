// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Predeploy that opens and closes batches. */
export const systemContextAbi = [
  {"anonymous":false,"inputs":[{"indexed":true,"name":"batchNumber","type":"uint64"},{"indexed":false,"name":"outputsHash","type":"bytes32"},{"components":[{"name":"batchNumber","type":"uint64"},{"name":"firstBlock","type":"uint64"},{"name":"lastBlock","type":"uint64"},{"name":"firstTimestamp","type":"uint64"},{"name":"lastTimestamp","type":"uint64"},{"name":"l2LogsTreeRoot","type":"bytes32"},{"name":"logCount","type":"uint64"},{"name":"priorityOpCount","type":"uint64"},{"name":"priorityOpsRollingHash","type":"bytes32"},{"name":"importedRootCount","type":"uint64"},{"name":"importedRootsRollingHash","type":"bytes32"},{"name":"cheatCount","type":"uint64"},{"name":"extensions","type":"bytes32"}],"indexed":false,"name":"outputs","type":"tuple"}],"name":"BatchClosed","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"batchNumber","type":"uint64"},{"indexed":false,"name":"firstBlock","type":"uint64"},{"indexed":false,"name":"firstTimestamp","type":"uint64"}],"name":"BatchOpened","type":"event"},
  {"inputs":[],"name":"baseTokenOrigin","outputs":[{"name":"originChainId","type":"uint256"},{"name":"originToken","type":"address"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"batchNumber","outputs":[{"name":"","type":"uint64"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"blockHashes","outputs":[{"name":"","type":"bytes32"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"bornAt","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"cheatCount","type":"uint64"},{"name":"hashes","type":"bytes32"}],"name":"closeBatch","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[],"name":"hashesSince","outputs":[{"name":"","type":"uint64"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"l1ChainId","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"l1SharedBridge","outputs":[{"name":"","type":"address"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"batchNumber","type":"uint64"},{"name":"since","type":"uint64"}],"name":"openBatch","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[],"name":"outputsHash","outputs":[{"name":"","type":"bytes32"}],"stateMutability":"view","type":"function"},
] as const;
