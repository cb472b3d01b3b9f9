// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Where holdings on stopped chains are claimed. */
export const stateExitAbi = [
  {"anonymous":false,"inputs":[{"indexed":true,"name":"chainId","type":"uint256"},{"indexed":true,"name":"account","type":"address"},{"indexed":true,"name":"token","type":"address"},{"indexed":false,"name":"recipient","type":"address"},{"indexed":false,"name":"amount","type":"uint256"}],"name":"HoldingClaimed","type":"event"},
  {"inputs":[{"name":"chainId","type":"uint256"},{"name":"token","type":"address"},{"name":"amount","type":"uint256"},{"name":"recipient","type":"address"},{"components":[{"name":"value","type":"uint256"},{"components":[{"name":"nextKey","type":"bytes32"},{"name":"index","type":"uint32"},{"name":"leafCount","type":"uint32"},{"name":"siblings","type":"bytes32[32]"}],"name":"path","type":"tuple"}],"name":"proof","type":"tuple"}],"name":"claimHolding","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"},{"name":"account","type":"address"},{"name":"token","type":"address"}],"name":"claimed","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
] as const;
