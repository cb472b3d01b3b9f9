// An operation of L1's queue, from its verdict to its conclusion, in blocks of one time (docs/protocol.md, section 8).

function priorityOperation() {
  requireOpen()
  readOperation()
  passCut()
  let time := get.timestamp()
  noteBlock(6, blockStep())
  requireSecond(time)
  endBlock()
  requireReach()
  set.journalLength(0)
  set.firstBlock(get.blockNumber())
  set.notRun(0)
  set.paidOut(0)
  if get.operationValue() { payOut() }
  runOperation()
  set.hasUnnamedParent(0)
  switch get.notRun()
  case 0 { keepOperation() }
  default { undoOperation() }
  conclude()
}

// The operation's value goes to its sender, in the block before its own. That block's hash is not known before it exists.
function payOut() {
  encodePayout(get.operationSender(), get.operationValue())
  runSystemTransaction(0x8001, 0x800a, 0)
  settle()
  set.payoutGas(get.gasUsed())
  set.paidOut(get.operationValue())
  nextBlock()
  set.hasUnnamedParent(1)
}

function runOperation() {
  beginTransaction()
  let sender := get.operationSender()
  let id := headerOf(sender)
  set.inputFrame(get.operationFrame())
  set.inputLength(get.operationLength())
  set.target(get.operationTarget())
  set.isCreation(and(iszero(get.target()), gt(get.inputLength(), 0)))
  set.value(get.operationValue())
  set.gasLimit(get.operationGas())
  readyUnsigned(sender, id)
  if iszero(mayStart(sender, id)) {
    set.notRun(1)
    leave
  }
  startMeter(get.operationGas())
  set.passedOn(get.inputLength())
  meterStart()
  if iszero(or(get.notRun(), get.isSpent())) { runUnsigned(sender, id) }
  endMeter()
}

// The payout's block, and the operation's own, get their names.
function keepOperation() {
  let status := get.status()
  settle()
  let used := get.gasUsed()
  if get.paidOut() {
    noteBlock(10, foldParent())
    set.status(1)
    set.gasUsed(get.payoutGas())
    machine.endTransaction()
  }
  set.status(status)
  set.gasUsed(used)
  machine.endTransaction()
  set.chargedGas(used)
  set.succeeded(eq(status, 1))
  nextBlock()
  noteBlock(10, foldParent())
}

// Nothing of it has happened: no payout, no nonce, no block. One that is not even valid is charged for nothing.
function undoOperation() {
  noteVerdict()
  rollBack(0)
  set.blockNumber(get.firstBlock())
  set.paidOut(0)
  set.succeeded(0)
  set.chargedGas(mul(get.operationGas(), gt(get.notRun(), 1)))
  set.notRun(0)
}

// Fee to the operator, refund to its recipient, and the result's log.
function conclude() {
  let left := sub(get.minted(), get.paidOut())
  if lt(get.minted(), get.paidOut()) { machine.panic(0x09) }
  let fee := mul(get.chargedGas(), get.operationPrice())
  if gt(fee, left) { fee := left }
  let refund := sub(left, fee)
  if iszero(get.succeeded()) {
    let returned := get.paidOut()
    if returned {
      refund := add(refund, returned)
      encodeReturn()
      systemTransaction(get.operationSender(), 0x800a, returned)
    }
  }
  if fee {
    encodePayout(get.coinbase(), fee)
    systemTransaction(0x8001, 0x800a, 0)
  }
  if refund {
    let recipient := get.refundRecipient()
    if iszero(recipient) { recipient := get.operationSender() }
    encodePayout(recipient, refund)
    systemTransaction(0x8001, 0x800a, 0)
  }
  // logPriorityOpResult(bytes32,bool)
  callAsBootloader(0x8008, 0xe30765f0, get.operationHash(), get.succeeded())
}

// payout(address,uint256)
function encodePayout(to, amount) { encodeCall(0x117de2fd, to, amount) }

// returnToReserve()
function encodeReturn() {
  let id := newFrame()
  mstore(pointer(id, 0), shl(224, 0xe9cc3c09))
  set.inputFrame(id)
  set.inputLength(4)
}

// Its fields, and the hash that L1 has in its queue: that of their ABI encoding, which is written at kernel memory 0x1000.
function readOperation() {
  mstore(0x1000, 0x20)
  mstore(0x1020, 0xff)
  set.operationSender(readOperationWord(0x1040))
  set.operationTarget(readOperationWord(0x1060))
  set.operationGas(readOperationWord(0x1080))
  pop(readOperationWord(0x10a0))
  set.operationPrice(readOperationWord(0x10c0))
  pop(readOperationWord(0x10e0))
  pop(readOperationWord(0x1100))
  pop(readOperationWord(0x1120))
  set.operationValue(readOperationWord(0x1140))
  set.minted(readOperationWord(0x1160))
  set.refundRecipient(readOperationWord(0x1180))
  set.queuedAt(readOperationWord(0x11a0))
  mstore(0x11c0, 0)
  if shr(160, or(get.operationSender(), or(get.operationTarget(), get.refundRecipient()))) { machine.panic(0x14) }
  // L1 admits less; the rest keeps every product and sum below 2^256.
  if shr(32, get.operationGas()) { machine.panic(0x11) }
  if shr(128, get.operationPrice()) { machine.panic(0x13) }
  if shr(192, or(get.operationValue(), get.minted())) { machine.panic(0x1b) }
  set.inputFrame(newFrame())
  readInputData()
  set.operationFrame(get.inputFrame())
  set.operationLength(get.inputLength())
  set.operationHash(hashOperation())
}

function readOperationWord(p) -> word {
  word := machine.hint()
  mstore(p, word)
}

// Behind the fields: where its five lists begin, its data, and four lists that are empty on L1.
function hashOperation() -> hash {
  let length := get.operationLength()
  let padded := and(add(length, 31), not(31))
  mstore(0x11e0, 0x260)
  let at := add(0x280, padded)
  for { let p := 0x1200 } lt(p, 0x1280) { p := add(p, 32) } {
    mstore(p, at)
    at := add(at, 32)
  }
  mstore(0x1280, length)
  let p := add(0x12a0, padded)
  // What is behind the data's last byte is 0.
  mstore(sub(p, 32), 0)
  pop(machine.copy(0x12a0, pointer(get.operationFrame(), 0), length))
  for { let end := add(p, 128) } lt(p, end) { p := add(p, 32) } { mstore(p, 0) }
  hash := keccak256(0x1000, sub(p, 0x1000))
}
