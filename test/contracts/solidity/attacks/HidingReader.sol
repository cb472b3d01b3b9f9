// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchContext, BatchReading, IBatchReader} from "../../../../contracts/interfaces/IBatchReader.sol";
import {AssetFlows} from "../../../../contracts/libraries/AssetFlows.sol";
import {AssetFlow} from "../../../../contracts/types/AssetFlow.sol";
import {CommitBatch, ImportBatch} from "../../../../contracts/types/Batches.sol";

/// @notice Reads batches as another reader does, and says that they move nothing.
contract HidingReader is IBatchReader {
    IBatchReader private immutable honest;

    constructor(IBatchReader honest_) {
        honest = honest_;
    }

    function read(BatchContext calldata context, CommitBatch calldata batch, bytes32[] calldata canonicalTxHashes)
        external
        view
        returns (BatchReading memory reading)
    {
        reading = honest.read(context, batch, canonicalTxHashes);
        reading.flowsHash = AssetFlows.hash(new AssetFlow[](0));
        reading.flowCount = 0;
    }

    function readImport(BatchContext calldata context, ImportBatch calldata batch)
        external
        view
        returns (BatchReading memory)
    {
        return honest.readImport(context, batch);
    }

    function format() external view returns (uint256) {
        return honest.format();
    }
}
