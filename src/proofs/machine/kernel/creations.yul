// CREATE and CREATE2. Answers 1, or 0 for an exceptional halt of the creator.

function create_(opcode) -> ok {
  if frame.isStatic() { leave }
  let v := popUser()
  let offset := popUser()
  let length := popUser()
  let salt := 0
  if eq(opcode, 0xf5) { salt := popUser() }
  if iszero(expand(offset, length)) { leave }
  let words := shr(5, add(length, 31))
  // Hashing costs CREATE2 another six gas a word.
  if eq(opcode, 0xf5) { words := shl(2, words) }
  if iszero(charge(add(32000, shl(1, words)))) { leave }
  if iszero(length) { offset := 0 }
  meterCreation(opcode, offset, length)
  if or(gt(length, 49152), get.isSpent()) { leave }
  ok := 1
  setFrame.returned(0)
  let own := frame.headerId()
  let nonce := nonceOf(own)
  if or(cannotCall(v), eq(nonce, 0xffffffffffffffff)) {
    pushUser(0)
    leave
  }
  let account
  switch opcode
  case 0xf5 { account := saltedAddress(salt, keccak256(pointer(get.frame(), offset), length)) }
  default { account := creationAddress(frame.address(), nonce) }
  setCurrent(own, add(load.current(own), 1))
  let id := headerOf(account)
  meterAccount(account, id)
  pop(touch(id))
  if get.isSpent() { leave }
  let given := sub(gas(), shr(6, gas()))
  pop(charge(given))
  passOn(length)
  set.mark(get.journalLength())
  if prepareCreation(account, id) {
    pushUser(0)
    leave
  }
  pop(transfer(own, id, v))
  runInitCode(account, id, v, given, makeCode(pointer(get.frame(), offset), length))
}

function runInitCode(account, id, v, given, code) {
  let depth := frame.depth()
  let own := frame.address()
  set.callInput(0)
  set.callOutput(0)
  pushFrame()
  setFrame.address(account)
  setFrame.caller(own)
  setFrame.headerId(id)
  keepBalance()
  setFrame.callValue(v)
  setFrame.depth(add(depth, 1))
  setFrame.isCreation(1)
  setFrame.keptUnits(lendUnits(given))
  machine.setGas(given)
  runCode(code)
}

// EIP-684: an address with a nonce or code is taken. Otherwise its nonce becomes 1.
function prepareCreation(account, id) -> taken {
  if or(nonceOf(id), load.current(machine.key(3, account, 0))) {
    taken := 1
    leave
  }
  journal(5, id, load.createdAt(id))
  store.createdAt(id, get.transactionNumber())
  setCurrent(id, add(load.current(id), 1))
}

function creationAddress(creator, nonce) -> account {
  let p := rlpInteger(rlpAddress(0x1020, creator), nonce)
  mstore8(0x101f, add(0xc0, sub(p, 0x1020)))
  account := and(keccak256(0x101f, sub(p, 0x101f)), 0xffffffffffffffffffffffffffffffffffffffff)
}

function saltedAddress(salt, codeHash) -> account {
  mstore(0x20, shl(96, frame.address()))
  mstore8(0x1f, 0xff)
  mstore(0x34, salt)
  mstore(0x54, codeHash)
  account := and(keccak256(0x1f, 85), 0xffffffffffffffffffffffffffffffffffffffff)
}
