// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Lists of transfers that travel in one asset message
/// @notice An entry is one word: recipient (20) ‖ amount (12). A list's hash is h₀ = keccak(TAG, batch's number, list's number), then
/// h ← keccak(h ‖ entry) for each entry. The batch's number and the list's tell equal lists apart. The list's asset message is from
/// the asset router to the asset router, its nonce is the hash, its amount the sum and its senders' fees for the delivery.
library TransferList {
    bytes32 internal constant TAG = keccak256("hyperchain.transfer-list.v1");
    /// @notice Lists that a batch's closing sends. One more takes the place of one that is sent at once.
    uint256 internal constant MAX_LISTS = 16;
    /// @notice Entries of a list: an operation forced from L1 delivers it, to accounts that are new, too.
    uint256 internal constant MAX_ENTRIES = 128;

    /// @dev Places that are looked at for the shortest list.
    uint256 private constant CANDIDATES = 4;
    uint256 private constant PLACE_BITS = 16;
    uint256 private constant PLACE_MASK = 0xffff;
    /// @dev List i in place i: so it is until one gives up its place.
    uint256 private constant FIRST_PLACES = 0x000f000e000d000c000b000a0009000800070006000500040003000200010000;

    error ListAmountTooLarge(uint256 limit, uint256 actual);
    error ListFeeTooLarge(uint256 limit, uint256 actual);

    /// @dev The list that is being filled for one destination and token. One slot; `hash` is the second.
    struct Filling {
        uint64 batchNumber;
        uint16 number;
        uint16 count;
        uint128 total;
        bytes32 hash;
    }

    /// @dev Facts about a list for the batch's closing. `total` and `hash` are written when it is full; before, the filling has them.
    struct Opened {
        uint256 destinationChainId;
        uint256 originChainId;
        address token;
        uint64 batchNumber;
        address originToken;
        uint128 total;
        bytes32 hash;
    }

    struct Book {
        /// @dev Lists that were opened in this batch: their numbers are below it.
        uint256 count;
        mapping(uint256 number => Opened) opened;
        mapping(bytes32 key => Filling) filling;
        /// @dev Written again by each batch and never cleared: so the pubdata has every entry, and a place that was used costs no new slot.
        mapping(uint256 place => bytes32) entries;
        /// @dev Once a list of the batch has given up its place: the numbers of those that wait for the closing, lowest place first.
        uint256 places;
    }

    function key(uint256 destinationChainId, address token) internal pure returns (bytes32) {
        return keccak256(abi.encode(destinationChainId, token));
    }

    function entryOf(address recipient, uint256 amount) internal pure returns (bytes32) {
        if (amount > type(uint96).max) revert ListAmountTooLarge(type(uint96).max, amount);
        return bytes32((uint256(uint160(recipient)) << 96) | amount);
    }

    function partsOf(bytes32 entry) internal pure returns (address recipient, uint256 amount) {
        return (address(bytes20(entry)), uint96(uint256(entry)));
    }

    /// @notice Name of a list on its chain.
    function nameOf(uint256 batchNumber, uint256 number) internal pure returns (bytes32) {
        return keccak256(abi.encode(TAG, batchNumber, number));
    }

    /// @notice Hash and sum of a whole list.
    function digest(uint256 batchNumber, uint256 number, bytes32[] calldata entries)
        internal
        pure
        returns (bytes32 hash, uint256 total)
    {
        hash = nameOf(batchNumber, number);
        // Amounts have 96 bits, and a transaction has no room for 2^160 of them.
        unchecked {
            for (uint256 i = 0; i < entries.length; ++i) {
                hash = _fold(hash, entries[i]);
                total += uint96(uint256(entries[i]));
            }
        }
    }

    /// @notice Adds an entry to a list that was opened, and a fee for the delivery of the list.
    function add(Book storage book, Filling storage list, bytes32 entry, uint256 fee)
        internal
        returns (bytes32 name, uint256 place)
    {
        if (fee > type(uint96).max) revert ListFeeTooLarge(type(uint96).max, fee);
        Filling memory filling = list;
        place = filling.count;
        name = nameOf(filling.batchNumber, filling.number);
        // Fewer than 2^16 amounts of 96 bits, and as many fees.
        unchecked {
            filling.total += uint128(uint96(uint256(entry)) + fee);
            filling.count = uint16(place + 1);
        }
        filling.hash = _fold(place == 0 ? name : filling.hash, entry);
        list.batchNumber = filling.batchNumber;
        (list.number, list.count, list.total, list.hash) = (filling.number, filling.count, filling.total, filling.hash);
        book.entries[uint256(filling.number) * MAX_ENTRIES + place] = entry;
    }

    /// @notice Takes the shortest of some waiting lists out of its place, which is the next list's; returns its number: it is to be sent.
    /// @dev The next list is opened in the same step. Numbers are not used again in a batch: entries stay where they were written.
    function giveUpPlace(Book storage book) internal returns (uint256 number) {
        uint256 next = book.count;
        uint256 places = next == MAX_LISTS ? FIRST_PLACES : book.places;
        uint256 shift;
        uint256 fewest = type(uint256).max;
        for (uint256 i = 0; i < CANDIDATES && fewest > 1; ++i) {
            uint256 candidate = ((next + i) % MAX_LISTS) * PLACE_BITS;
            uint256 length = _lengthOf(book, (places >> candidate) & PLACE_MASK);
            if (length < fewest) (fewest, shift) = (length, candidate);
        }
        number = (places >> shift) & PLACE_MASK;
        // A batch has fewer than 2^14 messages, and each number but 16 is of a list that was sent.
        book.places = (places & ~(PLACE_MASK << shift)) | (next << shift);
    }

    /// @notice The numbers of the lists that wait for the batch's closing, which the book then forgets.
    function close(Book storage book) internal returns (uint256[] memory numbers) {
        uint256 count = book.count;
        delete book.count;
        uint256 places = count > MAX_LISTS ? book.places : FIRST_PLACES;
        numbers = new uint256[](count > MAX_LISTS ? MAX_LISTS : count);
        for (uint256 place = 0; place < numbers.length; ++place) {
            numbers[place] = (places >> (place * PLACE_BITS)) & PLACE_MASK;
        }
    }

    /// @notice Begins the next list for a destination and a token; the one before it, if there is one, is full.
    function open(Book storage book, Filling storage list, uint256 batchNumber) internal returns (Opened storage opened) {
        uint256 number = book.count;
        if (list.count != 0) (book.opened[list.number].total, book.opened[list.number].hash) = (list.total, list.hash);
        book.count = number + 1;
        (list.batchNumber, list.number, list.count, list.total) = (uint64(batchNumber), uint16(number), 0, 0);
        opened = book.opened[number];
        opened.batchNumber = uint64(batchNumber);
    }

    /// @notice Takes a list out of the book.
    function take(Book storage book, uint256 number) internal returns (Opened memory list) {
        list = book.opened[number];
        delete book.opened[number];
        if (list.hash != 0) return list;
        bytes32 place = key(list.destinationChainId, list.token);
        (list.total, list.hash) = (book.filling[place].total, book.filling[place].hash);
        delete book.filling[place];
    }

    function _lengthOf(Book storage book, uint256 number) private view returns (uint256) {
        Opened storage list = book.opened[number];
        return list.hash != 0 ? MAX_ENTRIES : book.filling[key(list.destinationChainId, list.token)].count;
    }

    function _fold(bytes32 hash, bytes32 entry) private pure returns (bytes32 folded) {
        // The scratch space of two words.
        assembly ("memory-safe") {
            mstore(0x00, hash)
            mstore(0x20, entry)
            folded := keccak256(0x00, 0x40)
        }
    }
}
