// What the EVM is told of a block: a base fee that is 0, and PREVRANDAO of two multiplications.

// (h ^ h >> 128) * m2 with h = (chain id << 64) + number times m1: m1 is the hash of "hyperchain.prev-randao.v2" and m2 that of m1, each
// with its lowest bit set. User mode reads it: the way here and back took a hundred rows, for 2 gas.
function tellBlock() {
  let h := mul(add(shl(64, chainid()), get.blockNumber()), 0xc5087b06c2741998b963e9e281de23a09645a768ee074c82c1219ed829bc90a7)
  set.prevRandao(mul(xor(h, shr(128, h)), 0x1188ea2c574dba5ebdd4075bb70e95bae3c5c2159a9a8164148c64059ac9e78b))
}

// User mode never asks for it.
function prevRandao_() -> ok { }

function baseFee() -> wei { }
