# frozen_string_literal: true

module CableChat
  # GET /chat: a page with nothing but the chat. Yours to change, or to replace by `cable_chat_tag` in pages of your own.
  class ChatsController < ApplicationController
    helper TagHelper

    def show
    end
  end
end
