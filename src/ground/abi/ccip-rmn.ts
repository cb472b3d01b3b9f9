// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Which chains are cursed in CCIP's contracts. */
export const ccipRmnAbi = [
  {"anonymous":false,"inputs":[{"indexed":false,"name":"subjects","type":"bytes16[]"}],"name":"Cursed","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":false,"name":"subjects","type":"bytes16[]"}],"name":"Uncursed","type":"event"},
  {"inputs":[{"name":"subject","type":"bytes16"}],"name":"curse","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[],"name":"getCursedSubjects","outputs":[{"name":"subjects","type":"bytes16[]"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"subject","type":"bytes16"}],"name":"isCursed","outputs":[{"name":"","type":"bool"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"isCursed","outputs":[{"name":"","type":"bool"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"subject","type":"bytes16"}],"name":"uncurse","outputs":[],"stateMutability":"nonpayable","type":"function"},
] as const;
