// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Lends all of its coin for one call.
contract FlashPool {
    error NotRepaid(uint256 lent, uint256 returned);

    uint256 public loans;

    receive() external payable {}

    function lend(uint256 amount) external {
        uint256 before = address(this).balance;
        FlashBorrower(payable(msg.sender)).spend{value: amount}();
        if (address(this).balance < before) revert NotRepaid(before, address(this).balance);
        ++loans;
    }
}

/// @notice Borrows of a pool, and returns the coin, or less.
contract FlashBorrower {
    uint256 public borrowed;
    uint256 public loansBefore;
    uint256 private missing;

    function borrow(FlashPool pool, uint256 amount, uint256 missing_) external {
        missing = missing_;
        loansBefore = pool.loans();
        pool.lend(amount);
    }

    function spend() external payable {
        borrowed = msg.value;
        (bool paid,) = msg.sender.call{value: msg.value - missing}("");
        require(paid);
    }
}
