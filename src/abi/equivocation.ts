// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Judge of two words of one validator for one batch number. */
export const equivocationAbi = [
  {"anonymous":false,"inputs":[{"indexed":true,"name":"chainId","type":"uint256"},{"indexed":true,"name":"validator","type":"address"},{"indexed":true,"name":"epoch","type":"uint64"},{"indexed":false,"name":"id","type":"bytes32"},{"indexed":false,"name":"reporter","type":"address"}],"name":"Equivocated","type":"event"},
  {"inputs":[],"name":"factory","outputs":[{"name":"","type":"address"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"registry","type":"address"},{"components":[{"name":"chainId","type":"uint256"},{"name":"epoch","type":"uint64"},{"name":"faultAt","type":"uint48"}],"name":"fault","type":"tuple"},{"components":[{"name":"commitment","type":"bytes32"},{"name":"batchNumber","type":"uint64"},{"name":"revertCount","type":"uint256"},{"name":"validFrom","type":"uint64"},{"name":"validUntil","type":"uint64"}],"name":"first","type":"tuple"},{"name":"firstSignature","type":"bytes"},{"components":[{"name":"commitment","type":"bytes32"},{"name":"batchNumber","type":"uint64"},{"name":"revertCount","type":"uint256"},{"name":"validFrom","type":"uint64"},{"name":"validUntil","type":"uint64"}],"name":"second","type":"tuple"},{"name":"secondSignature","type":"bytes"}],"name":"reportBatches","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[],"name":"settings","outputs":[{"name":"","type":"address"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"data","type":"bytes"}],"name":"window","outputs":[{"name":"","type":"uint48"}],"stateMutability":"view","type":"function"},
] as const;
