# frozen_string_literal: true

require "test_helper"

class CableChat::OriginTest < ActiveSupport::TestCase
  [
    [ "https://www.example.com", "www.example.com", 443, true ],
    [ "https://WWW.example.com", "www.example.com", 443, true ],
    # Behind a proxy that ends HTTPS.
    [ "https://www.example.com", "www.example.com", 80, true ],
    [ "http://127.0.0.1:3000", "127.0.0.1", 3000, true ],
    [ "http://127.0.0.1:3001", "127.0.0.1", 3000, false ],
    [ "http://127.0.0.1", "127.0.0.1", 3000, false ],
    [ "https://www.example.com.evil.example", "www.example.com", 443, false ],
    [ "https://www.example.com@evil.example", "www.example.com", 443, false ],
    [ "https://evil.example", "www.example.com", 443, false ],
    [ "null", "www.example.com", 443, false ],
    [ "file://www.example.com", "www.example.com", 80, false ],
    [ "https://", "", 443, false ],
    [ "not an origin", "www.example.com", 443, false ]
  ].each do |origin, host, port, same|
    test "#{origin} is #{"not " unless same}of #{host}:#{port}" do
      assert_equal same, CableChat::Origin.same_host?(origin, host: host, port: port)
    end
  end
end
