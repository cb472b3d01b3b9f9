// The hash that a sender signs, encoded anew from the transaction's fields: another encoding of them cannot exist.
// Kernel memory: payload from 0x1020 (its head grows downwards), access list from 0x400000, authorizations from 0x600000.

function payloadHash() -> hash {
  let kind := get.transactionType()
  let p := 0x1020
  if kind { p := rlpInteger(p, get.transactionChainId()) }
  p := rlpInteger(p, get.nonce())
  if gt(kind, 1) { p := rlpInteger(p, get.priorityFeeCap()) }
  p := rlpInteger(p, get.feeCap())
  p := rlpInteger(p, get.gasLimit())
  switch get.isCreation()
  case 0 { p := rlpAddress(p, get.target()) }
  default { p := rlpInteger(p, 0) }
  p := rlpInteger(p, get.value())
  p := rlpCallData(p)
  switch kind
  case 0 {
    if get.isReplayProtected() {
      p := rlpInteger(p, get.transactionChainId())
      p := rlpInteger(rlpInteger(p, 0), 0)
    }
  }
  default {
    p := rlpAccessList(p)
    if eq(kind, 4) { p := rlpAuthorizations(p) }
  }
  let length := sub(p, 0x1020)
  let start := sub(0x1020, headLength(length))
  // The head's last word reaches into the payload's first bytes.
  let first := mload(0x1020)
  pop(rlpHead(start, 0xc0, length))
  mstore(0x1020, first)
  if kind {
    start := sub(start, 1)
    mstore8(start, kind)
  }
  hash := keccak256(start, sub(p, start))
}

function rlpCallData(p) -> q {
  let length := get.inputLength()
  let input := pointer(get.inputFrame(), 0)
  if eq(length, 1) {
    pop(machine.copy(p, input, 1))
    if lt(byte(0, mload(p)), 0x80) {
      q := add(p, 1)
      leave
    }
  }
  q := rlpHead(p, 0x80, length)
  q := add(q, machine.copy(q, input, length))
}

// An entry: address, count of slots, slots, a word each.
function rlpAccessList(p) -> q {
  let entries := get.accessEntries()
  let a := 0x400000
  let total := 0
  for { let i := 0 } lt(i, entries) { i := add(i, 1) } {
    let slots := mload(add(a, 32))
    let length := entryLength(slots)
    total := add(total, add(headLength(length), length))
    a := add(a, shl(5, add(slots, 2)))
  }
  q := rlpHead(p, 0xc0, total)
  a := 0x400000
  for { let i := 0 } lt(i, entries) { i := add(i, 1) } {
    let slots := mload(add(a, 32))
    q := rlpHead(q, 0xc0, entryLength(slots))
    q := rlpAddress(q, mload(a))
    q := rlpHead(q, 0xc0, mul(slots, 33))
    a := add(a, 64)
    for { let end := add(a, shl(5, slots)) } lt(a, end) { a := add(a, 32) } { q := rlpWord(q, mload(a)) }
  }
}

function entryLength(slots) -> length {
  length := mul(slots, 33)
  length := add(21, add(headLength(length), length))
}

// An authorization: chain id, address, nonce, parity, r, s, a word each.
function rlpAuthorizations(p) -> q {
  let total := 0
  let a := 0x600000
  let end := add(a, mul(get.authorizations(), 192))
  for {} lt(a, end) { a := add(a, 192) } {
    let length := authorizationLength(a)
    total := add(total, add(headLength(length), length))
  }
  q := rlpHead(p, 0xc0, total)
  for { a := 0x600000 } lt(a, end) { a := add(a, 192) } {
    q := rlpHead(q, 0xc0, authorizationLength(a))
    q := rlpInteger(q, mload(a))
    q := rlpAddress(q, mload(add(a, 32)))
    q := rlpInteger(q, mload(add(a, 64)))
    q := rlpInteger(q, mload(add(a, 96)))
    q := rlpInteger(q, mload(add(a, 128)))
    q := rlpInteger(q, mload(add(a, 160)))
  }
}

function authorizationLength(a) -> length {
  length := add(21, integerLength(mload(a)))
  length := add(length, add(integerLength(mload(add(a, 64))), integerLength(mload(add(a, 96)))))
  length := add(length, add(integerLength(mload(add(a, 128))), integerLength(mload(add(a, 160)))))
}
