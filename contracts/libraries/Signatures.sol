// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Signatures of 65 bytes, r ‖ s ‖ v, in one form only
library Signatures {
    error SignatureLength(uint256 expected, uint256 actual);
    error SignatureMalformed();

    uint256 private constant LENGTH = 65;
    /// @dev Half the curve's order: (r, n − s) would be a second signature of the same statement.
    uint256 private constant HIGHEST_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @notice The signer. Reverts where the signature is invalid.
    function recover(bytes32 digest, bytes memory signature) internal pure returns (address signer) {
        if (signature.length != LENGTH) revert SignatureLength(LENGTH, signature.length);
        bytes32 r;
        uint256 s;
        // Words of a byte array in memory; the language has no other way to read them.
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
        }
        if (s > HIGHEST_S) revert SignatureMalformed();
        signer = ecrecover(digest, uint8(signature[64]), r, bytes32(s));
        if (signer == address(0)) revert SignatureMalformed();
    }

    /// @notice EIP-712 digest.
    function typedDataHash(bytes32 domain, bytes32 structHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    /// @notice EIP-712 domain of the calling contract.
    function domainSeparator(bytes32 nameHash) internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                nameHash,
                keccak256("1"),
                block.chainid,
                address(this)
            )
        );
    }
}
