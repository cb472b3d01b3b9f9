// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStarkVerifier} from "../../../../contracts/interfaces/IStarkVerifier.sol";

/// @notice Accepts everything: for tests of a pool's state.
contract AcceptingVerifier is IStarkVerifier {
    function verify(bytes32, bytes calldata, bytes calldata) external pure returns (bool) {
        return true;
    }

    function verificationKey() external pure returns (bytes32) {
        return 0;
    }
}
