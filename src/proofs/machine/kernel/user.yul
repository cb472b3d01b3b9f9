// What the kernel does for the user code of the current frame: its stack, and the memory that it pays for.
// `frame.position` is the stack's height, pc << 16, the code's number << 48, its length << 64.

function popUser() -> v {
  let position := sub(frame.position(), 1)
  setFrame.position(position)
  v := machine.loadUser(stackPlace(position))
}

function pushUser(v) {
  let position := frame.position()
  machine.storeUser(stackPlace(position), v)
  setFrame.position(add(position, 1))
}

function stackPlace(position) -> place { place := or(shl(10, get.frame()), and(position, 0xffff)) }

// Pays for memory up to offset + length; answers 0, and takes nothing, where gas does not reach.
// Beyond 2^25 bytes memory costs more than any transaction has (the yellow paper's C_mem).
function expand(offset, length) -> ok {
  ok := 1
  if length {
    if or(gt(offset, 0x2000000), gt(length, 0x2000000)) {
      ok := 0
      leave
    }
    let end := add(offset, length)
    if gt(end, 0x2000000) {
      ok := 0
      leave
    }
    let words := shr(5, add(end, 31))
    let paid := frame.memoryWords()
    if gt(words, paid) {
      ok := charge(sub(memoryCost(words), memoryCost(paid)))
      if ok { setFrame.memoryWords(words) }
    }
  }
}

function memoryCost(words) -> cost { cost := add(mul(3, words), shr(9, mul(words, words))) }
