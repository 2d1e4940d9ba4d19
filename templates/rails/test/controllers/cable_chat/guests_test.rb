# frozen_string_literal: true

require "test_helper"

# Whoever is not signed in is known by a cookie.
class CableChat::GuestsTest < ActionDispatch::IntegrationTest
  test "who is new becomes a guest, by a cookie that scripts cannot read" do
    assert_predicate visitor, :guest?
    assert_match(/cable_chat_guest=[^;]+;.*httponly; samesite=lax/i, set_cookie)
  end

  test "who comes back is the same guest, and gets no other cookie" do
    first = visitor

    assert_equal first, visitor
    assert_no_match(/cable_chat_guest/, set_cookie)
  end

  test "somebody else is another guest" do
    first = visitor
    reset!

    assert_not_equal first, visitor
  end

  test "a cookie that somebody made up makes nobody" do
    cookies["cable_chat_guest"] = key = SecureRandom.uuid

    assert_not_equal CableChat::Visitor.guest(key), visitor
  end

  test "the value of another signed cookie makes nobody" do
    key = SecureRandom.uuid
    cookies["cable_chat_guest"] = Rails.application.message_verifier("signed cookie").generate(key, purpose: "cookie.other")

    assert_not_equal CableChat::Visitor.guest(key), visitor
  end

  test "the cookie is for HTTPS alone where the page is" do
    https!
    visitor

    assert_match(/cable_chat_guest=[^;]+;.*; secure/i, set_cookie)
  end

  test "the same guest opens the cable, and nobody without the cookie" do
    guest = visitor
    cookie = "cable_chat_guest=#{CGI.escape(cookies["cable_chat_guest"])}"

    assert_equal guest, visitor_of(handshake("cookie" => cookie))
    assert_equal :FAILURE, handshake({}).status
    assert_equal :FAILURE, handshake("cookie" => "#{cookie}x").status
  end

  test "the guest is the caller of actions" do
    guest = visitor
    body = { action: "resume", conversation_id: SecureRandom.uuid }
    post cable_chat_actions_path, params: body.to_json, headers: { "Content-Type" => "application/json" }

    assert_equal guest.id, JSON.parse(response.body).dig("frames", 0, "user")
  end

  private
    def visitor
      post cable_chat_token_path
      AnyCable::JWT.decode(JSON.parse(response.body).fetch("token")).fetch(:visitor)
    end

    def set_cookie
      Array(response.headers["Set-Cookie"]).join("\n")
    end

    def handshake(headers)
      env = AnyCable::Env.new(url: "http://www.example.com/cable", headers: headers)
      AnyCable.rpc_handler.handle(:connect, AnyCable::ConnectionRequest.new(env: env))
    end

    def visitor_of(response)
      AnyCable::Serializer.deserialize(JSON.parse(response.identifiers)["visitor"])
    end
end
