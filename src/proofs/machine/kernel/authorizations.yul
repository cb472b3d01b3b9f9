// EIP-7702: authorizations are hinted into kernel memory from 0x600000, six words each: chain id, address, nonce, parity, r, s.

function readAuthorizations() {
  let count := machine.hint()
  set.authorizations(count)
  if iszero(count) { machine.panic(0x1e) }
  // More would cost more than EIP-7825's limit; 2^253 would be none at the price of none.
  if shr(24, count) { machine.panic(0x14) }
  let a := 0x600000
  for { let end := add(a, mul(count, 192)) } lt(a, end) { a := add(a, 192) } {
    for { let i := 0 } lt(i, 192) { i := add(i, 32) } { mstore(add(a, i), machine.hint()) }
    if shr(160, mload(add(a, 32))) { machine.panic(0x14) }
    if or(shr(64, mload(add(a, 64))), shr(8, mload(add(a, 96)))) { machine.panic(0x14) }
  }
}

// Those that do not hold are skipped, as the proposal says.
function applyAuthorizations() {
  let a := 0x600000
  for { let end := add(a, mul(get.authorizations(), 192)) } lt(a, end) { a := add(a, 192) } {
    let chain := mload(a)
    if chain { if sub(chain, chainid()) { continue } }
    if shr(64, add(mload(add(a, 64)), 1)) { continue }
    if gt(mload(add(a, 160)), 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0) { continue }
    let hash := authorizationHash(chain, mload(add(a, 32)), mload(add(a, 64)))
    let account := recoverAccount(hash, mload(add(a, 96)), mload(add(a, 128)), mload(add(a, 160)))
    if account { delegate(account, mload(add(a, 32)), mload(add(a, 64))) }
  }
}

function authorizationHash(chain, target, nonce) -> hash {
  let p := rlpInteger(rlpAddress(rlpInteger(0x1020, chain), target), nonce)
  mstore8(0x101f, add(0xc0, sub(p, 0x1020)))
  mstore8(0x101e, 5)
  hash := keccak256(0x101e, sub(p, 0x101e))
}

function delegate(account, target, nonce) {
  let id := headerOf(account)
  pop(touch(id))
  let code := codeOf(account)
  if code { if iszero(shr(48, code)) { leave } }
  if sub(nonceOf(id), nonce) { leave }
  if load.current(id) { set.refund(add(get.refund(), 12500)) }
  switch target
  case 0 {
    setCurrent(machine.key(2, account, 0), 0)
    setCurrent(machine.key(3, account, 0), 0)
  }
  default {
    let code23 := newFrame()
    mstore(pointer(code23, 0), or(shl(232, 0xef0100), shl(72, target)))
    setCode(account, code23, 0, 23)
  }
  setCurrent(id, add(load.current(id), 1))
}
