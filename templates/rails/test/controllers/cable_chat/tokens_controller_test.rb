# frozen_string_literal: true

require "cable_chat_identity_helper"

class CableChat::TokensControllerTest < ActionDispatch::IntegrationTest
  include CableChatIdentityHelper

  setup { identify_as(CableChat::Visitor.user(42)) }

  test "the token is the visitor's" do
    post cable_chat_token_path

    assert_response :success
    assert_equal CableChat::Visitor.user(42), AnyCable::JWT.decode(json.fetch("token")).fetch(:visitor)
  end

  test "the token expires when the answer says" do
    freeze_time do
      post cable_chat_token_path
      assert_equal AnyCable.config.jwt_ttl, json["expires_in"]
      claims = JSON.parse(Base64.urlsafe_decode64(json["token"].split(".")[1]))
      assert_equal json["expires_in"].seconds.from_now.to_i, claims["exp"]
    end
  end

  test "nobody keeps the answer" do
    post cable_chat_token_path

    assert_equal "no-store", response.headers["Cache-Control"]
  end

  test "who is nobody gets none" do
    identify_as(nil)
    post cable_chat_token_path

    assert_response :unauthorized
    assert_equal "unauthorized", json.dig("error", "code")
    assert_nil response.headers["Set-Cookie"]
  end

  test "a token mints no other, so that a stolen one ends" do
    token = AnyCable::JWT.encode({ visitor: CableChat::Visitor.user(42) })
    post cable_chat_token_path, headers: { "Authorization" => "Bearer #{token}", "Origin" => "https://evil.example" }

    assert_response :forbidden
  end

  {
    { "Sec-Fetch-Site" => "same-origin" } => :success,
    { "Sec-Fetch-Site" => "same-origin", "Origin" => "http://www.example.com" } => :success,
    { "Origin" => "http://www.example.com" } => :success,
    { "Origin" => "https://www.example.com" } => :success,
    { "Sec-Fetch-Site" => "same-site" } => :forbidden,
    { "Sec-Fetch-Site" => "cross-site", "Origin" => "http://www.example.com" } => :forbidden,
    { "Origin" => "https://evil.example" } => :forbidden,
    { "Origin" => "http://www.example.com:8080" } => :forbidden,
    { "Origin" => "null" } => :forbidden
  }.each do |headers, status|
    test "a request with #{headers} is answered #{status}" do
      post cable_chat_token_path, headers: headers

      assert_response status
      assert_equal "no-store", response.headers["Cache-Control"]
    end
  end

  private
    def json
      JSON.parse(response.body)
    end
end
