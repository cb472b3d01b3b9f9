// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Attributes of messages and bundles. */
export const interopAttributesAbi = [
  {"inputs":[{"name":"gas","type":"uint256"},{"name":"reward","type":"uint256"}],"name":"callback","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"token","type":"address"}],"name":"destinationBaseToken","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"account","type":"bytes"}],"name":"executionAddress","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"timestamp","type":"uint256"}],"name":"expiresAt","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"gas","type":"uint256"}],"name":"gasLimit","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"value","type":"uint256"}],"name":"interopCallValue","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"account","type":"address"}],"name":"refundRecipient","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"amount","type":"uint256"}],"name":"relayerReward","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[],"name":"shadowAccount","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"token","type":"address"},{"name":"amount","type":"uint256"},{"name":"recipient","type":"address"}],"name":"transferToken","outputs":[],"stateMutability":"nonpayable","type":"function"},
] as const;
