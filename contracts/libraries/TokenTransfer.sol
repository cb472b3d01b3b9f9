// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Moving ETH and tokens of any behaviour
/// @notice Token 0 is ETH. A token's call counts as done if it succeeds and returns nothing or true; more than one word of what
/// it returns is never copied.
library TokenTransfer {
    error TokenWithoutCode(address token);
    error TokenCallFailed(address token);
    error EtherTransferFailed(address recipient, uint256 amount);

    bytes4 private constant TRANSFER = 0xa9059cbb;
    bytes4 private constant TRANSFER_FROM = 0x23b872dd;
    bytes4 private constant BALANCE_OF = 0x70a08231;

    function send(address token, address recipient, uint256 amount) internal {
        if (token == address(0)) {
            bool success;
            // A plain call would copy what the recipient returns.
            assembly ("memory-safe") {
                success := call(gas(), recipient, amount, 0, 0, 0, 0)
            }
            if (!success) revert EtherTransferFailed(recipient, amount);
        } else {
            sendToken(token, recipient, amount, gasleft());
        }
    }

    /// @param gas_ What the token's code gets at most.
    function sendToken(address token, address recipient, uint256 amount, uint256 gas_) internal {
        _call(token, abi.encodeWithSelector(TRANSFER, recipient, amount), gas_);
    }

    /// @notice Takes an allowance.
    /// @return received By how much this contract's balance grew.
    function pull(address token, address owner, uint256 amount) internal returns (uint256 received) {
        if (token.code.length == 0) revert TokenWithoutCode(token);
        uint256 before = balance(token);
        _call(token, abi.encodeWithSelector(TRANSFER_FROM, owner, address(this), amount), gasleft());
        uint256 afterwards = balance(token);
        // A balance that shrank received nothing.
        return afterwards > before ? afterwards - before : 0;
    }

    function balance(address token) internal view returns (uint256 amount) {
        bytes memory data = abi.encodeWithSelector(BALANCE_OF, address(this));
        bool success;
        assembly ("memory-safe") {
            success := staticcall(gas(), token, add(data, 0x20), mload(data), 0, 0x20)
            success := and(success, gt(returndatasize(), 0x1f))
            amount := mload(0)
        }
        if (!success) revert TokenCallFailed(token);
    }

    function _call(address token, bytes memory data, uint256 gas_) private {
        if (token.code.length == 0) revert TokenWithoutCode(token);
        bool success;
        assembly ("memory-safe") {
            mstore(0, 0)
            success := call(gas_, token, 0, add(data, 0x20), mload(data), 0, 0x20)
            let size := returndatasize()
            success := and(success, or(iszero(size), and(gt(size, 0x1f), eq(mload(0), 1))))
        }
        if (!success) revert TokenCallFailed(token);
    }
}
