// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Name, symbol and decimals as deposits carry them: what the token's getters returned, whatever that was
library TokenMetadata {
    /// @notice First byte of metadata that names the origin chain; ZK Stack's encoding.
    bytes1 internal constant VERSION = 0x01;
    /// @notice Longer texts are cut, so that a hostile token cannot fill other chains' storage.
    uint256 internal constant MAX_TEXT_BYTES = 64;

    /// @notice The origin chain that the metadata names, or `fallbackChainId` where there is none.
    function originChainId(bytes memory metadata, uint256 fallbackChainId) internal pure returns (uint256) {
        return metadata.length < 33 || metadata[0] != VERSION ? fallbackChainId : _word(metadata, 1);
    }

    /// @notice The texts; empty and 18 where the metadata has none.
    function decode(bytes calldata metadata)
        internal
        pure
        returns (string memory name, string memory symbol, uint8 decimals)
    {
        if (metadata.length < 33 || metadata[0] != VERSION) return ("", "", 18);
        (, bytes memory nameData, bytes memory symbolData, bytes memory decimalsData) =
            abi.decode(metadata[1:], (uint256, bytes, bytes, bytes));
        return (_text(nameData), _text(symbolData), _number(decimalsData));
    }

    /// @notice Whether one of the texts has a letter: a token that is not initialised yet has neither.
    function isNamed(string memory name, string memory symbol) internal pure returns (bool) {
        return bytes(name).length != 0 || bytes(symbol).length != 0;
    }

    /// @notice A text cut to its first 64 bytes.
    function cut(string memory long) internal pure returns (string memory) {
        if (bytes(long).length > MAX_TEXT_BYTES) {
            assembly ("memory-safe") {
                // Shortening leaves the tail as unused memory.
                mstore(long, 64)
            }
        }
        return long;
    }

    /// @dev A getter's return data: an ABI string, or the 32 bytes of a token from before they had strings.
    function _text(bytes memory data) private pure returns (string memory) {
        if (data.length == 32) {
            uint256 length = 0;
            while (length < 32 && data[length] != 0) ++length;
            bytes memory short = new bytes(length);
            for (uint256 i = 0; i < length; ++i) short[i] = data[i];
            return string(short);
        }
        if (data.length < 64) return "";
        (uint256 head, uint256 size) = (_word(data, 0), _word(data, 32));
        if (head != 32 || size > data.length - 64) return "";
        return cut(abi.decode(data, (string)));
    }

    function _number(bytes memory data) private pure returns (uint8) {
        if (data.length != 32) return 18;
        uint256 value = _word(data, 0);
        return value <= type(uint8).max ? uint8(value) : 18;
    }

    function _word(bytes memory data, uint256 offset) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(add(data, 0x20), offset))
        }
    }
}
