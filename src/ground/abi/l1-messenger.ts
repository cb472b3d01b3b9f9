// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Predeploy that collects a batch's messages. */
export const l1MessengerAbi = [
  {"anonymous":false,"inputs":[{"indexed":true,"name":"sender","type":"address"},{"indexed":true,"name":"hash","type":"bytes32"},{"indexed":false,"name":"message","type":"bytes"}],"name":"L1MessageSent","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"canonicalTxHash","type":"bytes32"},{"indexed":false,"name":"success","type":"bool"},{"indexed":false,"name":"logIndex","type":"uint256"}],"name":"PriorityOpResultLogged","type":"event"},
  {"inputs":[],"name":"closeBatch","outputs":[{"name":"logsRoot","type":"bytes32"},{"name":"logCount","type":"uint64"},{"name":"priorityOpCount","type":"uint64"},{"name":"priorityOpsRollingHash","type":"bytes32"}],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[],"name":"consumeAllGas","outputs":[],"stateMutability":"pure","type":"function"},
  {"inputs":[],"name":"expectLists","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[],"name":"logCount","outputs":[{"name":"","type":"uint64"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"canonicalTxHash","type":"bytes32"},{"name":"success","type":"bool"}],"name":"logPriorityOpResult","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[],"name":"logsRoot","outputs":[{"name":"","type":"bytes32"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"message","type":"bytes"}],"name":"sendToL1","outputs":[{"name":"hash","type":"bytes32"}],"stateMutability":"nonpayable","type":"function"},
] as const;
