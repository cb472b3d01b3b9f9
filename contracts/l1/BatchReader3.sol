// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchContext, IBatchReader} from "../interfaces/IBatchReader.sol";
import {BatchCommitment, BatchOutputs} from "../libraries/BatchCommitment.sol";
import {VersionNumber} from "../libraries/VersionNumber.sol";
import {BatchReader} from "./BatchReader.sol";

/// @title Reads batches of format 3
contract BatchReader3 is BatchReader {
    /// @inheritdoc IBatchReader
    uint256 public constant format = 3;

    /// @notice Digest of the codes of all predeploys that chains of the version have (docs/protocol.md §11). The prover names them to the
    /// kernel; this value decides which ones pass.
    bytes32 public immutable predeploys;

    constructor(bytes32 predeploys_) {
        predeploys = predeploys_;
    }

    /// @dev A chain's first batch, because its state may be an import's, and the first one of the format, because the quorum of a trusted
    /// chain can write any code into its state.
    function _installedPredeploys(BatchContext calldata context, uint64 batchNumber) internal view override returns (bytes32) {
        bool isFirst = batchNumber == 0 || VersionNumber.formatOf(context.previousVersion) != format;
        return isFirst ? predeploys : bytes32(0);
    }

    function _hashOutputs(BatchOutputs memory outputs, address coinbase, bytes32)
        internal
        pure
        override
        returns (bytes32)
    {
        return BatchCommitment.hashOutputsWithCoinbase(outputs, coinbase);
    }
}
