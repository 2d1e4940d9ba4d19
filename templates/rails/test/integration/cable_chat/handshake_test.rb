# frozen_string_literal: true

require "cable_chat_identity_helper"

# The cable is opened with the page's cookies, as the AnyCable server asks Rails for it.
class CableChat::HandshakeTest < ActionDispatch::IntegrationTest
  include CableChatIdentityHelper

  [
    [ "http://www.example.com/cable", "http://www.example.com", :SUCCESS ],
    [ "http://www.example.com:3000/cable", "http://www.example.com:3000", :SUCCESS ],
    # A proxy in front ends HTTPS, and AnyCable knows nothing of it.
    [ "http://www.example.com/cable", "https://www.example.com", :SUCCESS ],
    # No browser: these send an origin with every handshake.
    [ "http://www.example.com/cable", nil, :SUCCESS ],
    [ "http://www.example.com/cable", "https://evil.example", :FAILURE ],
    [ "http://www.example.com:3000/cable", "http://www.example.com:3001", :FAILURE ],
    [ "http://www.example.com/cable", "null", :FAILURE ]
  ].each do |url, origin, status|
    test "a page of #{origin.inspect} and the cable #{url}: #{status}" do
      identify_as(CableChat::Visitor.user(42))

      assert_equal status, handshake(url, { "origin" => origin }.compact).status
    end
  end

  test "nobody is let in who is nobody" do
    response = handshake("http://www.example.com/cable", {})

    assert_equal :FAILURE, response.status
    assert_equal "unauthorized", JSON.parse(response.transmissions.first)["reason"]
  end

  private
    def handshake(url, headers)
      env = AnyCable::Env.new(url: url, headers: headers)
      AnyCable.rpc_handler.handle(:connect, AnyCable::ConnectionRequest.new(env: env))
    end
end
