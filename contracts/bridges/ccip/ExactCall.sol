// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Calls of strangers' contracts
/// @notice They get the gas that is named, and no more than 128 bytes of what they return is copied.
library ExactCall {
    uint256 private constant MAX_RETURNED = 128;
    /// @dev Gas limit of an answer by ERC-165.
    uint256 private constant ANSWER_GAS = 30_000;
    bytes4 private constant SUPPORTS_INTERFACE = 0x01ffc9a7;

    /// @dev The caller sees to it that there is more gas: the machine itself would pass on less without a word.
    function run(address target, bytes memory data, uint256 gasLimit)
        internal
        returns (bool success, bytes memory returned, uint256 gasUsed)
    {
        uint256 before = gasleft();
        // Solidity's own call would copy all that is returned, for this contract's gas.
        assembly ("memory-safe") {
            success := call(gasLimit, target, 0, add(data, 0x20), mload(data), 0, 0)
            let size := returndatasize()
            if gt(size, MAX_RETURNED) { size := MAX_RETURNED }
            returned := mload(0x40)
            mstore(0x40, add(returned, and(add(size, 0x3f), not(0x1f))))
            mstore(returned, size)
            returndatacopy(add(returned, 0x20), 0, size)
        }
        gasUsed = before - gasleft();
    }

    /// @notice Whether a contract says that it has an interface, as ERC-165 wants it asked.
    function hasInterface(address target, bytes4 interfaceId) internal view returns (bool) {
        return target.code.length != 0 && _says(target, SUPPORTS_INTERFACE) && !_says(target, 0xffffffff)
            && _says(target, interfaceId);
    }

    function _says(address target, bytes4 interfaceId) private view returns (bool yes) {
        bytes memory data = abi.encodeWithSelector(SUPPORTS_INTERFACE, interfaceId);
        // Copies one word, whatever is returned.
        assembly ("memory-safe") {
            let success := staticcall(ANSWER_GAS, target, add(data, 0x20), mload(data), 0, 0x20)
            yes := and(and(success, gt(returndatasize(), 0x1f)), eq(mload(0), 1))
        }
    }
}
