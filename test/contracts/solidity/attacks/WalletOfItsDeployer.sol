// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A wallet whose address tells nothing of its owner, as many wallets' do: its code is the same for all.
contract WalletOfItsDeployer {
    address private immutable owner = tx.origin;

    error NotTheOwner();

    function call(address target, bytes calldata data) external payable {
        if (msg.sender != owner) revert NotTheOwner();
        (bool success, bytes memory result) = target.call{value: msg.value}(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(result, 0x20), mload(result))
            }
        }
    }

    receive() external payable {}
}
