// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A contract on L1 that requests operations, and refuses ETH if told to.
contract RequestingContract {
    error EtherRefused();

    bool public refusesEther;

    function setRefusesEther(bool value) external {
        refusesEther = value;
    }

    function call(address target, bytes calldata data) external payable returns (bytes memory) {
        (bool success, bytes memory result) = target.call{value: msg.value}(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(result, 0x20), mload(result))
            }
        }
        return result;
    }

    receive() external payable {
        if (refusesEther) revert EtherRefused();
    }
}
