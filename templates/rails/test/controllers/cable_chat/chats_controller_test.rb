# frozen_string_literal: true

require "test_helper"

class CableChat::ChatsControllerTest < ActionDispatch::IntegrationTest
  test "the page has a chat, and nothing secret" do
    get cable_chat_path

    assert_response :success
    assert_select "main > cable-chat", 1
    assert_select "script[type=module][src*=cable-chat]", 1
    assert_not_includes response.body, AnyCable.config.secret
    assert_select "[token], [signed-stream-name]", 0
  end
end
