// What a batch counts as cheats (docs/protocol.md, section 5): changes of the state between two blocks, and transactions whose
// senders did not sign them. Never where the protocol has contracts, or whose sender is one of these.

function cheat() {
  requireOpen()
  requireChoice()
  requireNoInputs()
  endBlock()
  let kind := machine.hint()
  let account := machine.hint()
  requireFree(account)
  set.journalLength(0)
  switch kind
  case 0 {
    let id := machine.key(0, account, machine.hint())
    setCurrent(id, machine.hint())
  }
  case 1 {
    let wei := machine.hint()
    if shr(192, wei) { machine.panic(0x1b) }
    let id := headerOf(account)
    setCurrent(id, or(shl(64, wei), nonceOf(id)))
  }
  case 2 {
    let nonce := machine.hint()
    if shr(64, nonce) { machine.panic(0x12) }
    let id := headerOf(account)
    setCurrent(id, or(shl(64, balanceOf(id)), nonce))
  }
  case 3 { giveCode(account) }
  default { machine.panic(0x01) }
  set.cheatCount(add(get.cheatCount(), 1))
}

function giveCode(account) {
  set.inputFrame(newFrame())
  readInputData()
  switch get.inputLength()
  case 0 {
    setCurrent(machine.key(2, account, 0), 0)
    setCurrent(machine.key(3, account, 0), 0)
  }
  default { setCode(account, get.inputFrame(), 0, get.inputLength()) }
}

// Its sender may have code, and it may fail, but it must be valid. It is weighed as one that is signed.
function impersonation() {
  requireUsersBlock()
  requireChoice()
  requireNoInputs()
  requireReach()
  let sender := machine.hint()
  requireFree(sender)
  beginTransaction()
  set.journalLength(0)
  set.isCreation(machine.hint())
  set.target(machine.hint())
  set.value(machine.hint())
  set.gasLimit(machine.hint())
  if or(shr(160, get.target()), shr(1, get.isCreation())) { machine.panic(0x14) }
  set.inputFrame(newFrame())
  readInputData()
  let id := headerOf(sender)
  readyUnsigned(sender, id)
  if iszero(canStart(id)) { machine.panic(0x08) }
  startUnsigned(id)
  takeLists()
  meterUser(sender, sub(get.gasLimit(), intrinsicGas()))
  settle()
  machine.endTransaction()
  set.cheatCount(add(get.cheatCount(), 1))
}

// Precompiled contracts, bootloader and system contracts, predeploys.
function requireFree(account) {
  if shr(160, account) { machine.panic(0x14) }
  let reserved := or(lt(account, 0x2000), eq(shr(8, account), 0x80))
  if or(reserved, eq(shr(17, sub(account, 0x10000)), 0)) { machine.panic(0x0a) }
}
