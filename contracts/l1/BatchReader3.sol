// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchReader} from "../interfaces/IBatchReader.sol";
import {BatchCommitment, BatchOutputs} from "../libraries/BatchCommitment.sol";
import {BatchReader} from "./BatchReader.sol";

/// @title Reads batches of format 3
contract BatchReader3 is BatchReader {
    /// @inheritdoc IBatchReader
    uint256 public constant format = 3;

    function _hashOutputs(BatchOutputs memory outputs, address coinbase) internal pure override returns (bytes32) {
        return BatchCommitment.hashOutputsWithCoinbase(outputs, coinbase);
    }
}
