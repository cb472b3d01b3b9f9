// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Creates what the chains on a chain share, at addresses that follow from codes and terms. */
export const settlementCreatorAbi = [
  {"anonymous":false,"inputs":[{"indexed":true,"name":"factory","type":"address"},{"components":[{"name":"governance","type":"address"},{"name":"number","type":"uint256"},{"name":"retirementNotice","type":"uint256"},{"name":"reactionTime","type":"uint256"},{"name":"revealDelay","type":"uint256"},{"name":"recoveryTime","type":"uint256"}],"indexed":false,"name":"terms","type":"tuple"},{"indexed":false,"name":"codes","type":"bytes32"}],"name":"SettlementPlanned","type":"event"},
  {"inputs":[{"name":"place","type":"uint256"},{"name":"hashes","type":"bytes32[]"},{"name":"code","type":"bytes"}],"name":"create","outputs":[{"name":"created","type":"address"}],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[],"name":"createdCount","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"terms","outputs":[{"components":[{"name":"governance","type":"address"},{"name":"number","type":"uint256"},{"name":"retirementNotice","type":"uint256"},{"name":"reactionTime","type":"uint256"},{"name":"revealDelay","type":"uint256"},{"name":"recoveryTime","type":"uint256"}],"name":"","type":"tuple"}],"stateMutability":"view","type":"function"},
] as const;
