// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Addresses that name their chain (ERC-7930), for chains of the EVM
/// @notice version 1 (2) ‖ chain type 0 (2) ‖ length (1) ‖ chain id, big-endian without leading zeros ‖ length (1) ‖ address.
library InteroperableAddress {
    /// @notice Not the one encoding of an EVM chain, an EVM address, or both.
    error InvalidInteroperableAddress(bytes encoded);

    bytes4 private constant HEAD = 0x00010000;

    function encode(uint256 chainId, address account) internal pure returns (bytes memory) {
        uint256 length = 0;
        for (uint256 rest = chainId; rest != 0; rest >>= 8) ++length;
        bytes memory chainBytes = abi.encodePacked(chainId);
        assembly ("memory-safe") {
            // Drops the leading zero bytes: the new start is inside the same allocation.
            let start := add(chainBytes, sub(32, length))
            mstore(start, length)
            chainBytes := start
        }
        return abi.encodePacked(HEAD, uint8(length), chainBytes, uint8(20), account);
    }

    /// @notice The parts; 0 for a chain or an address that is not given.
    function parse(bytes calldata encoded) internal pure returns (uint256 chainId, address account) {
        if (encoded.length < 6 || bytes4(encoded[:4]) != HEAD) revert InvalidInteroperableAddress(encoded);
        uint256 chainEnd = 5 + uint256(uint8(encoded[4]));
        if (chainEnd > 37 || encoded.length <= chainEnd) revert InvalidInteroperableAddress(encoded);
        uint256 addressLength = uint8(encoded[chainEnd]);
        bool complete = encoded.length == chainEnd + 1 + addressLength;
        bool ofEvm = addressLength == 0 || addressLength == 20;
        bool leadingZero = chainEnd > 5 && encoded[5] == 0;
        if (!complete || !ofEvm || leadingZero) revert InvalidInteroperableAddress(encoded);
        // A word of up to 32 bytes at the front of a slice is padded on the right.
        if (chainEnd > 5) chainId = uint256(bytes32(encoded[5:chainEnd])) >> (8 * (37 - chainEnd));
        if (addressLength == 20) account = address(bytes20(encoded[chainEnd + 1:]));
    }
}
