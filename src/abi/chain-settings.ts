// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** The settings of all chains, and their upgrades. */
export const chainSettingsAbi = [
  {"anonymous":false,"inputs":[{"indexed":true,"name":"chainId","type":"uint256"},{"indexed":true,"name":"version","type":"uint256"}],"name":"UpgradeCanceled","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"chainId","type":"uint256"},{"indexed":true,"name":"version","type":"uint256"},{"indexed":false,"name":"previousVersion","type":"uint256"},{"indexed":false,"name":"effectiveAt","type":"uint256"},{"indexed":false,"name":"operations","type":"uint256"}],"name":"UpgradeScheduled","type":"event"},
  {"inputs":[{"name":"chainId","type":"uint256"}],"name":"cancelUpgrade","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"}],"name":"configurationOf","outputs":[{"components":[{"name":"chainId","type":"uint256"},{"name":"protocolVersion","type":"uint256"},{"name":"admin","type":"address"},{"name":"baseToken","type":"address"},{"name":"dataAvailabilityPolicy","type":"address"},{"name":"transactionFilterer","type":"address"},{"name":"sequencingMode","type":"uint8"},{"name":"cheatsAllowed","type":"bool"},{"name":"validatorThreshold","type":"uint64"},{"name":"executionDelay","type":"uint64"},{"name":"unprovenDelay","type":"uint64"},{"name":"priorityOpWindow","type":"uint64"},{"name":"exitDelay","type":"uint64"},{"name":"priorityGasPerSecond","type":"uint64"},{"name":"l2GasPrice","type":"uint128"},{"name":"validators","type":"address[]"}],"name":"","type":"tuple"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"},{"name":"version","type":"uint256"},{"name":"isExecutionProven","type":"bool"}],"name":"delayOfBatch","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"}],"name":"exitAfterDeadline","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"factory","outputs":[{"name":"","type":"address"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"},{"name":"account","type":"address"}],"name":"isValidator","outputs":[{"name":"","type":"bool"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"reactionTime","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"},{"name":"version","type":"uint256"}],"name":"requireFallback","outputs":[],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"}],"name":"requireNoQuorum","outputs":[],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"},{"name":"version","type":"uint256"}],"name":"scheduleUpgrade","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"}],"name":"upgradeNotice","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"}],"name":"upgradeOf","outputs":[{"components":[{"name":"version","type":"uint256"},{"name":"effectiveAt","type":"uint64"},{"name":"operations","type":"uint64"}],"name":"","type":"tuple"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"verifiers","outputs":[{"name":"","type":"address"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"},{"name":"firstTimestamp","type":"uint64"},{"name":"operations","type":"uint64"}],"name":"versionOfBatch","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
] as const;
