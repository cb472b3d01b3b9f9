// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Predeploy of the token that pays for gas. */
export const l2BaseTokenAbi = [
  {"anonymous":false,"inputs":[{"indexed":true,"name":"account","type":"address"},{"indexed":false,"name":"amount","type":"uint256"}],"name":"Mint","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"l2Sender","type":"address"},{"indexed":true,"name":"l1Receiver","type":"address"},{"indexed":false,"name":"amount","type":"uint256"}],"name":"Withdrawal","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"l2Sender","type":"address"},{"indexed":true,"name":"l1Receiver","type":"address"},{"indexed":false,"name":"amount","type":"uint256"},{"indexed":false,"name":"additionalData","type":"bytes"}],"name":"WithdrawalWithMessage","type":"event"},
  {"inputs":[{"name":"account","type":"uint256"}],"name":"balanceOf","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"burn","outputs":[],"stateMutability":"payable","type":"function"},
  {"inputs":[{"name":"entries","type":"bytes32[]"}],"name":"payListed","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"to","type":"address"},{"name":"amount","type":"uint256"}],"name":"payout","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[],"name":"returnToReserve","outputs":[],"stateMutability":"payable","type":"function"},
  {"inputs":[],"name":"totalSupply","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"l1Receiver","type":"address"}],"name":"withdraw","outputs":[],"stateMutability":"payable","type":"function"},
  {"inputs":[{"name":"l1Receiver","type":"address"},{"name":"additionalData","type":"bytes"}],"name":"withdrawWithMessage","outputs":[],"stateMutability":"payable","type":"function"},
  {"inputs":[],"name":"withdrawalCount","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
] as const;
