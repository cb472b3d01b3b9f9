// Transactions that no account signs: a call at price 0 with the sender's next nonce (docs/protocol.md, section 12).

// A predeploy is told two words, with as much gas as a transaction may have. It must succeed.
function callAsBootloader(target, selector, first, second) {
  encodeCall(selector, first, second)
  systemTransaction(0x8001, target, 0)
}

function encodeCall(selector, first, second) {
  let id := newFrame()
  let p := pointer(id, 0)
  mstore(p, shl(224, selector))
  mstore(add(p, 4), first)
  mstore(add(p, 36), second)
  set.inputFrame(id)
  set.inputLength(68)
}

function systemTransaction(sender, target, v) {
  set.journalLength(0)
  runSystemTransaction(sender, target, v)
  settle()
  machine.endTransaction()
}

function runSystemTransaction(sender, target, v) {
  beginTransaction()
  set.isCreation(0)
  set.target(target)
  set.value(v)
  set.gasLimit(0x1000000)
  let id := headerOf(sender)
  readyUnsigned(sender, id)
  if iszero(mayStart(sender, id)) { machine.panic(0x08) }
  runUnsigned(sender, id)
  if sub(get.status(), 1) { machine.panic(0x08) }
}

function readyUnsigned(sender, id) {
  set.transactionType(0)
  set.price(0)
  set.origin(sender)
  set.senderId(id)
  set.nonce(nonceOf(id))
  set.coinbaseId(headerOf(get.coinbase()))
}

// Whether such a transaction is valid. Beside gas and nonce: no code that is no delegation (EIP-3607), and the value.
function mayStart(sender, id) -> ok {
  if hasOwnCode(sender) { leave }
  ok := canStart(id)
}

function canStart(id) -> ok {
  if shr(64, add(get.nonce(), 1)) { leave }
  if gt(get.gasLimit(), 0x1000000) { leave }
  if and(get.isCreation(), gt(get.inputLength(), 49152)) { leave }
  let cost := intrinsicGas()
  if or(lt(get.gasLimit(), cost), lt(get.gasLimit(), get.floor())) { leave }
  ok := iszero(lt(balanceOf(id), get.value()))
}

// Its nonce is used up by the journal, so that an operation that must not run can be undone.
function runUnsigned(sender, id) {
  startUnsigned(id)
  callTarget(sender, sub(get.gasLimit(), intrinsicGas()))
}

function startUnsigned(id) {
  setCurrent(id, add(load.current(id), 1))
  pop(touch(id))
  pop(touch(get.coinbaseId()))
}
