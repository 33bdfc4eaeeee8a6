//! Emulators of both vendors' APIs with their real faults, and a made-up repair shop. Shares no code with the clients.
