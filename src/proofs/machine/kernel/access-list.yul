// EIP-2930: entries are hinted into kernel memory from 0x400000, and bound by the payload's hash.

function readAccessList() {
  let entries := machine.hint()
  set.accessEntries(entries)
  let a := 0x400000
  let total := 0
  for {} entries { entries := sub(entries, 1) } {
    let account := machine.hint()
    if shr(160, account) { machine.panic(0x14) }
    let slots := machine.hint()
    // More would cost more than EIP-7825's limit; a number close to 2^256 would lower the cost.
    if shr(24, slots) { machine.panic(0x14) }
    mstore(a, account)
    mstore(add(a, 32), slots)
    total := add(total, slots)
    a := add(a, 64)
    for { let end := add(a, shl(5, slots)) } lt(a, end) { a := add(a, 32) } { mstore(a, machine.hint()) }
  }
  set.accessSlots(total)
}

function warmAccessList() {
  let a := 0x400000
  for { let entries := get.accessEntries() } entries { entries := sub(entries, 1) } {
    let account := mload(a)
    let id := headerOf(account)
    meterAccount(account, id)
    pop(touch(id))
    let slots := mload(add(a, 32))
    a := add(a, 64)
    for { let end := add(a, shl(5, slots)) } lt(a, end) { a := add(a, 32) } {
      if get.isSpent() { leave }
      id := machine.key(0, account, mload(a))
      meterSlot(id)
      pop(touch(id))
    }
    if get.isSpent() { leave }
  }
}
