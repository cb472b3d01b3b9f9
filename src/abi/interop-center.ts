// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Predeploy that sends calls to other chains. */
export const interopCenterAbi = [
  {"anonymous":false,"inputs":[{"indexed":true,"name":"bundleHash","type":"bytes32"},{"indexed":true,"name":"recipient","type":"address"},{"indexed":false,"name":"reward","type":"uint256"}],"name":"CallbackRewardReclaimed","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"bundleHash","type":"bytes32"},{"indexed":true,"name":"relayer","type":"address"},{"indexed":false,"name":"reward","type":"uint256"}],"name":"CallbackSettled","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"bundleHash","type":"bytes32"},{"indexed":true,"name":"destinationChainId","type":"uint256"},{"indexed":true,"name":"sender","type":"address"}],"name":"InteropBundleSent","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"sendId","type":"bytes32"},{"indexed":false,"name":"sender","type":"bytes"},{"indexed":false,"name":"recipient","type":"bytes"},{"indexed":false,"name":"payload","type":"bytes"},{"indexed":false,"name":"value","type":"uint256"},{"indexed":false,"name":"attributes","type":"bytes[]"}],"name":"MessageSent","type":"event"},
  {"inputs":[{"name":"recipient","type":"address"},{"name":"receiveId","type":"bytes32"},{"name":"sender","type":"bytes"},{"name":"payload","type":"bytes"}],"name":"deliver","outputs":[{"name":"","type":"bytes4"}],"stateMutability":"payable","type":"function"},
  {"inputs":[{"name":"bundleHash","type":"bytes32"}],"name":"isCallbackPending","outputs":[{"name":"","type":"bool"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"bundleHash","type":"bytes32"},{"name":"recipient","type":"address"},{"name":"reward","type":"uint256"}],"name":"reclaimReward","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"destinationChain","type":"bytes"},{"components":[{"name":"to","type":"bytes"},{"name":"data","type":"bytes"},{"name":"callAttributes","type":"bytes[]"}],"name":"callStarters","type":"tuple[]"},{"name":"bundleAttributes","type":"bytes[]"}],"name":"sendBundle","outputs":[{"name":"bundleHash","type":"bytes32"}],"stateMutability":"payable","type":"function"},
  {"inputs":[{"name":"recipient","type":"bytes"},{"name":"payload","type":"bytes"},{"name":"attributes","type":"bytes[]"}],"name":"sendMessage","outputs":[{"name":"sendId","type":"bytes32"}],"stateMutability":"payable","type":"function"},
  {"inputs":[{"name":"withdrawalMessageHash","type":"bytes32"},{"name":"l2Sender","type":"address"},{"name":"data","type":"bytes"}],"name":"sendWithdrawalData","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"bundleHash","type":"bytes32"},{"name":"relayer","type":"address"},{"name":"reward","type":"uint256"},{"name":"told","type":"bool"}],"name":"settleCallback","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"selector","type":"bytes4"}],"name":"supportsAttribute","outputs":[{"name":"","type":"bool"}],"stateMutability":"view","type":"function"},
] as const;
