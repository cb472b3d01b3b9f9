// Type 0x71: what its sender signs is typed data (EIP-712), of which the kernel makes the hash from the fields.

function readTypedFields() {
  set.signedFrom(machine.hint())
  set.gasPerPubdata(machine.hint())
  if shr(160, get.signedFrom()) { machine.panic(0x14) }
  if get.isCreation() { machine.panic(0x14) }
}

// Domain: name "zkSync", version "2", the chain's id. No paymaster, no published code.
function typedDataHash() -> hash {
  let empty := 0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470
  mstore(0x1000, 0xc2f8787176b8ac6bf7215b4adcc1e069bf4ab82d9ab1df05a57a91d425935b6e)
  mstore(0x1020, 0x19b453ce45aaaaf3a300f5a9ec95869b4f28ab10430b572ee218c3a6a5e07d6f)
  mstore(0x1040, 0xad7c5bef027816a800da1736444fb58a807ef4c9603b7848673f7e3a68eb14a5)
  mstore(0x1060, chainid())
  let domain := keccak256(0x1000, 0x80)
  mstore(0x1000, 0x848e1bfa1ac4e3576b728bda6721b215c70a7799a5b4866282a71bab954baac8)
  mstore(0x1020, 0x71)
  mstore(0x1040, get.signedFrom())
  mstore(0x1060, get.target())
  mstore(0x1080, get.gasLimit())
  mstore(0x10a0, get.gasPerPubdata())
  mstore(0x10c0, get.feeCap())
  mstore(0x10e0, get.priorityFeeCap())
  mstore(0x1100, 0)
  mstore(0x1120, get.nonce())
  mstore(0x1140, get.value())
  mstore(0x1160, keccak256(pointer(get.inputFrame(), 0), get.inputLength()))
  mstore(0x1180, empty)
  mstore(0x11a0, empty)
  let struct := keccak256(0x1000, 0x1c0)
  mstore(0x1000, shl(240, 0x1901))
  mstore(0x1002, domain)
  mstore(0x1022, struct)
  hash := keccak256(0x1000, 0x42)
}
