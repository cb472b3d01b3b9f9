// What format 2 gives of a block.

// keccak256(tag, chain id, block number); the tag is the hash of "hyperchain.prev-randao.v1".
function prevRandao_() -> ok {
  ok := charge(2)
  if ok {
    weigh(prevRandaoUnits())
    mstore(0x00, 0x08d79fabaf9e13b15bf5496769b911a4bbf9388fbd67ff7d954dbd95d5e14395)
    mstore(0x20, chainid())
    mstore(0x40, get.blockNumber())
    pushUser(keccak256(0x00, 96))
  }
}

// User mode reads the words of a block that are variables.
function tellBlock() { }

// Wei a unit of gas, burnt.
function baseFee() -> wei { wei := basefee() }
