# frozen_string_literal: true

require "test_helper"

# There are none: the chat is for who is signed in.
class CableChat::GuestsTest < ActionDispatch::IntegrationTest
  test "who is not signed in gets no token and no cookie" do
    post cable_chat_token_path

    assert_response :unauthorized
    assert_nil response.headers["Set-Cookie"]
  end

  test "who is not signed in performs nothing" do
    body = { action: "resume", conversation_id: SecureRandom.uuid }
    post cable_chat_actions_path, params: body.to_json, headers: { "Content-Type" => "application/json" }

    assert_response :unauthorized
  end

  test "who is not signed in opens no cable" do
    env = AnyCable::Env.new(url: "http://www.example.com/cable", headers: {})
    response = AnyCable.rpc_handler.handle(:connect, AnyCable::ConnectionRequest.new(env: env))

    assert_equal :FAILURE, response.status
  end
end
