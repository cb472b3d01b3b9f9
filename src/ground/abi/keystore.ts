// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Keys of accounts, kept on one chain for all. */
export const keystoreAbi = [
  {"anonymous":false,"inputs":[{"indexed":true,"name":"id","type":"bytes32"},{"indexed":true,"name":"version","type":"uint64"},{"components":[{"name":"threshold","type":"uint64"},{"name":"owners","type":"bytes[]"}],"indexed":false,"name":"keys","type":"tuple"}],"name":"KeysSet","type":"event"},
  {"inputs":[{"name":"id","type":"bytes32"}],"name":"headOf","outputs":[{"name":"head","type":"bytes32"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"components":[{"name":"threshold","type":"uint64"},{"name":"owners","type":"bytes[]"}],"name":"keys","type":"tuple"},{"name":"salt","type":"bytes32"}],"name":"register","outputs":[{"name":"id","type":"bytes32"}],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"id","type":"bytes32"},{"name":"version","type":"uint64"},{"components":[{"name":"threshold","type":"uint64"},{"name":"owners","type":"bytes[]"}],"name":"keys","type":"tuple"},{"components":[{"name":"threshold","type":"uint64"},{"name":"owners","type":"bytes[]"}],"name":"next","type":"tuple"},{"name":"signatures","type":"bytes[]"}],"name":"rotate","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"id","type":"bytes32"},{"name":"version","type":"uint64"},{"components":[{"name":"threshold","type":"uint64"},{"name":"owners","type":"bytes[]"}],"name":"next","type":"tuple"}],"name":"rotationDigest","outputs":[{"name":"digest","type":"bytes32"}],"stateMutability":"view","type":"function"},
] as const;
