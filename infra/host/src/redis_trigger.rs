//! redis_trigger
