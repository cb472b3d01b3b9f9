// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Digest} from "./Digest.sol";

/// @title Statement of a batch's proof, without the verification key
library BatchStatement {
    /// @notice Length of an encoded statement.
    uint256 internal constant LENGTH = 200;

    /// @notice commitment ‖ oldStateRoot ‖ newStateRoot ‖ D ‖ r ‖ y ‖ outputsHash, packed. Reverts with DigestNotCanonical;
    /// `point` and `evaluation` come from this contract's own arithmetic and are canonical already.
    function encode(
        bytes32 commitment,
        bytes32 oldStateRoot,
        bytes32 newStateRoot,
        bytes32 diffDigest,
        bytes20 point,
        bytes20 evaluation,
        bytes32 outputsHash
    ) internal pure returns (bytes memory) {
        Digest.requireCanonical(oldStateRoot);
        Digest.requireCanonical(newStateRoot);
        Digest.requireCanonical(diffDigest);
        return abi.encodePacked(commitment, oldStateRoot, newStateRoot, diffDigest, point, evaluation, outputsHash);
    }
}
