// A transaction that an account has signed: types 0, 1, 2, 4 and 0x71.

function userTransaction() {
  requireChoice()
  requireReach()
  beginTransaction()
  set.journalLength(0)
  readFields()
  let sender := readSender()
  let id := headerOf(sender)
  set.origin(sender)
  set.senderId(id)
  set.coinbaseId(headerOf(get.coinbase()))
  checkSender(sender, id)
  let intrinsic := intrinsicGas()
  if and(get.isCreation(), gt(get.inputLength(), 49152)) { machine.panic(0x1c) }
  if or(lt(get.gasLimit(), intrinsic), lt(get.gasLimit(), get.floor())) { machine.panic(0x1d) }
  buyGas(id)
  pop(touch(id))
  pop(touch(get.coinbaseId()))
  takeLists()
  meterUser(sender, sub(get.gasLimit(), intrinsic))
  settle()
  machine.endTransaction()
}

function beginTransaction() {
  set.transactionNumber(add(get.transactionNumber(), 1))
  set.refund(0)
  set.destroyedCount(0)
  set.computed(0)
  // The most that user mode takes.
  set.protocolGas(0xffffff)
  // More than a transaction's gas pays for.
  set.nativeLeft(0x3fffffff)
  set.budget(0)
  tellBlock()
}

// Types 1, 2 and 4.
function hasLists() -> yes { yes := lt(sub(get.transactionType(), 1), 4) }

function readFields() {
  set.transactionType(machine.hint())
  set.transactionChainId(machine.hint())
  set.nonce(machine.hint())
  set.priorityFeeCap(machine.hint())
  set.feeCap(machine.hint())
  set.gasLimit(machine.hint())
  set.isCreation(machine.hint())
  set.target(machine.hint())
  set.value(machine.hint())
  set.isReplayProtected(machine.hint())
  set.inputFrame(newFrame())
  readInputData()
  let kind := get.transactionType()
  if or(gt(kind, 4), eq(kind, 3)) { if sub(kind, 0x71) { machine.panic(0x10) } }
  // 2^24 is EIP-7825's limit; the rest keeps every later sum below 2^256.
  if gt(get.gasLimit(), 0x1000000) { machine.panic(0x11) }
  if shr(64, add(get.nonce(), 1)) { machine.panic(0x12) }
  // A sender of type 0x71 may name any fees, of which the lower one counts.
  if lt(kind, 5) { if shr(128, or(get.feeCap(), get.priorityFeeCap())) { machine.panic(0x13) } }
  if shr(160, get.target()) { machine.panic(0x14) }
  if shr(1, get.isCreation()) { machine.panic(0x14) }
  if and(get.isCreation(), eq(kind, 4)) { machine.panic(0x14) }
  if or(kind, get.isReplayProtected()) {
    if sub(get.transactionChainId(), chainid()) { machine.panic(0x15) }
  }
  if hasLists() {
    readAccessList()
    if eq(kind, 4) { readAuthorizations() }
  }
  if gt(kind, 4) { readTypedFields() }
}

// Words of the witness, as many as the length says, in a frame of their own. What is behind the last byte is never read.
function readInputData() {
  let length := machine.hint()
  // More would cost more than EIP-7825's limit.
  if shr(24, length) { machine.panic(0x14) }
  set.inputLength(length)
  let p := pointer(get.inputFrame(), 0)
  for { let end := add(p, length) } lt(p, end) { p := add(p, 32) } { mstore(p, machine.hint()) }
}

function readSender() -> sender {
  let parity := machine.hint()
  let r := machine.hint()
  let s := machine.hint()
  // Half of the group's order: EIP-2.
  if gt(s, 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0) { machine.panic(0x16) }
  let kind := get.transactionType()
  let hash
  switch lt(kind, 5)
  case 1 { hash := payloadHash() }
  default { hash := typedDataHash() }
  sender := recoverAccount(hash, parity, r, s)
  if iszero(sender) { machine.panic(0x16) }
  if gt(kind, 4) { if sub(sender, get.signedFrom()) { machine.panic(0x16) } }
  noteTransaction(hash, parity, r, s)
}

// The account that signed, or 0. The machine proves the key, or that no key signed so.
function recoverAccount(hash, parity, r, s) -> account {
  mstore(0x00, hash)
  mstore(0x20, parity)
  mstore(0x40, r)
  mstore(0x60, s)
  if machine.recover(0) { account := and(keccak256(0x80, 64), 0xffffffffffffffffffffffffffffffffffffffff) }
}

function checkSender(sender, id) {
  if hasOwnCode(sender) { machine.panic(0x17) }
  if sub(nonceOf(id), get.nonce()) { machine.panic(0x18) }
  let kind := get.transactionType()
  let price := get.feeCap()
  if gt(kind, 1) {
    if lt(kind, 5) { if gt(get.priorityFeeCap(), price) { machine.panic(0x19) } }
    let most := sub(price, baseFee())
    if lt(get.priorityFeeCap(), most) { price := add(get.priorityFeeCap(), baseFee()) }
  }
  set.price(price)
  if or(shr(192, get.value()), shr(128, price)) { machine.panic(0x1b) }
  // Ethereum's own types must be able to pay the most that they offer.
  if lt(kind, 5) { price := get.feeCap() }
  if lt(balanceOf(id), add(get.value(), mul(get.gasLimit(), price))) { machine.panic(0x1b) }
}

// Code that is no delegation: such an account sends nothing (EIP-3607, EIP-7702).
function hasOwnCode(account) -> yes {
  let code := codeOf(account)
  if code { yes := iszero(shr(48, code)) }
}

// Nonce and price are paid whatever happens next, so no journal remembers them.
function buyGas(id) {
  let paid := mul(get.gasLimit(), get.price())
  store.current(id, add(sub(load.current(id), shl(64, paid)), 1))
}

// Gas of the transaction itself (EIP-2028, 2930, 3860, 7702), and EIP-7623's floor.
function intrinsicGas() -> cost {
  let length := get.inputLength()
  let tokens := add(length, mul(nonZeroBytes(pointer(get.inputFrame(), 0), length), 3))
  cost := add(21000, shl(2, tokens))
  set.floor(add(21000, mul(10, tokens)))
  if get.isCreation() {
    cost := add(cost, add(32000, shl(1, shr(5, add(length, 31)))))
  }
  if hasLists() {
    cost := add(cost, add(mul(2400, get.accessEntries()), mul(1900, get.accessSlots())))
    if eq(get.transactionType(), 4) { cost := add(cost, mul(25000, get.authorizations())) }
  }
}

// 32 bytes at a time: adding 0x7f to a byte's low seven bits sets its top bit unless they are 0.
function nonZeroBytes(p, length) -> count {
  let sevens := 0x7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f
  let ones := 0x0101010101010101010101010101010101010101010101010101010101010101
  for { let end := add(p, length) } lt(p, end) { p := add(p, 32) } {
    let word := mload(p)
    let left := sub(end, p)
    if lt(left, 32) { word := shr(shl(3, sub(32, left)), word) }
    let tops := and(or(add(and(word, sevens), sevens), word), not(sevens))
    // The product's highest byte is the sum of all bytes.
    count := add(count, shr(248, mul(shr(7, tops), ones)))
  }
}

function settle() {
  let used := sub(get.gasLimit(), get.gasLeft())
  let refund := get.refund()
  let most := div(used, 5)
  if gt(refund, most) { refund := most }
  used := sub(used, refund)
  if lt(used, get.floor()) { used := get.floor() }
  used := withUnits(used)
  let id := get.senderId()
  store.current(id, credited(load.current(id), mul(get.price(), sub(get.gasLimit(), used))))
  // The base fee is burnt.
  let operator := get.coinbaseId()
  store.current(operator, credited(load.current(operator), mul(sub(get.price(), baseFee()), used)))
  if get.destroyedCount() { destroyAccounts() }
  set.gasUsed(used)
}
