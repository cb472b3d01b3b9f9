// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Accounts whose keys are in a keystore, and what creates them. */
export const keystoreAccountAbi = [
  {"anonymous":false,"inputs":[{"indexed":true,"name":"plan","type":"bytes32"},{"indexed":true,"name":"index","type":"uint256"},{"indexed":true,"name":"broughtBy","type":"address"}],"name":"LegExecuted","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"plan","type":"bytes32"}],"name":"PlanCancelled","type":"event"},
  {"inputs":[{"name":"plan","type":"bytes32"}],"name":"cancelPlan","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"lastSecond","type":"uint64"},{"name":"nonce","type":"uint256"},{"name":"legHashes","type":"bytes32[]"},{"name":"index","type":"uint256"},{"components":[{"name":"chainId","type":"uint256"},{"name":"gas","type":"uint64"},{"name":"feeToken","type":"address"},{"name":"fee","type":"uint256"},{"components":[{"name":"to","type":"address"},{"name":"value","type":"uint256"},{"name":"data","type":"bytes"}],"name":"calls","type":"tuple[]"}],"name":"leg","type":"tuple"},{"name":"signature","type":"bytes"}],"name":"executeLeg","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[],"name":"head","outputs":[{"name":"","type":"bytes32"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"home","outputs":[{"name":"chainId","type":"uint256"},{"name":"keystore","type":"address"},{"name":"id","type":"bytes32"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"plan","type":"bytes32"},{"name":"index","type":"uint256"}],"name":"isDone","outputs":[{"name":"","type":"bool"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"components":[{"name":"chainId","type":"uint256"},{"name":"gas","type":"uint64"},{"name":"feeToken","type":"address"},{"name":"fee","type":"uint256"},{"components":[{"name":"to","type":"address"},{"name":"value","type":"uint256"},{"name":"data","type":"bytes"}],"name":"calls","type":"tuple[]"}],"name":"leg","type":"tuple"}],"name":"legHash","outputs":[{"name":"","type":"bytes32"}],"stateMutability":"pure","type":"function"},
  {"inputs":[{"name":"lastSecond","type":"uint64"},{"name":"nonce","type":"uint256"},{"name":"legHashes","type":"bytes32[]"}],"name":"planDigest","outputs":[{"name":"plan","type":"bytes32"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"homeChainId","type":"uint256"},{"name":"keystore","type":"address"},{"name":"id","type":"bytes32"}],"name":"addressOf","outputs":[{"name":"account","type":"address"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"homeChainId","type":"uint256"},{"name":"keystore","type":"address"},{"name":"id","type":"bytes32"}],"name":"createAccount","outputs":[{"name":"account","type":"address"}],"stateMutability":"nonpayable","type":"function"},
] as const;
