// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Swaps for accounts of other chains, and sends on what they bring. */
export const remoteSwapAbi = [
  {"anonymous":false,"inputs":[{"indexed":true,"name":"owner","type":"address"},{"indexed":false,"name":"purse","type":"address"}],"name":"PurseOpened","type":"event"},
  {"inputs":[{"name":"token","type":"address"},{"name":"chainId","type":"uint256"},{"name":"recipient","type":"address"}],"name":"empty","outputs":[{"name":"amount","type":"uint256"}],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"owner","type":"address"}],"name":"purseOf","outputs":[{"name":"purse","type":"address"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"components":[{"name":"router","type":"address"},{"name":"data","type":"bytes"},{"name":"tokenIn","type":"address"},{"name":"amountIn","type":"uint256"},{"name":"tokenOut","type":"address"},{"name":"minimumOut","type":"uint256"},{"name":"deadline","type":"uint256"},{"name":"chainId","type":"uint256"},{"name":"recipient","type":"address"}],"name":"order","type":"tuple"}],"name":"swap","outputs":[{"name":"amountOut","type":"uint256"}],"stateMutability":"payable","type":"function"},
] as const;
