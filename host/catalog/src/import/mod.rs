//! Files of products becoming patches.
