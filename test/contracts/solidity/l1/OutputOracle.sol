// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice List of a rollup's outputs on L1, laid out as that of the OP Stack's L2OutputOracle.
contract OutputOracle {
    struct Output {
        bytes32 outputRoot;
        uint128 timestamp;
        uint128 l2BlockNumber;
    }

    Output[] public outputs;

    function propose(bytes32 outputRoot, uint128 l2BlockNumber) external {
        outputs.push(Output({outputRoot: outputRoot, timestamp: uint128(block.timestamp), l2BlockNumber: l2BlockNumber}));
    }

    /// @notice Deletes the outputs from this one, after a dispute: as the OP Stack's `deleteL2Outputs`, which leaves their slots.
    function deleteFrom(uint256 index) external {
        assembly ("memory-safe") {
            sstore(outputs.slot, index)
        }
    }
}
